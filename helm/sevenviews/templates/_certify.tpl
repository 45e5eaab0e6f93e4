{{/* The key that signs the certificates of searches, from a Secret; a chart that did not know it has none. */}}
{{- define "sevenviews.certify.env" -}}
{{- if dig "certificateKey" "existingSecret" "" .Values.gateway }}
- name: SEVENVIEWS_GATEWAY_CERTIFICATE_KEY
  value: /etc/sevenviews/certify/{{ .Values.gateway.certificateKey.key }}
{{- end }}
{{- end }}

{{- define "sevenviews.certify.mount" -}}
{{- if dig "certificateKey" "existingSecret" "" .Values.gateway }}
- name: certificate-key
  mountPath: /etc/sevenviews/certify
  readOnly: true
{{- end }}
{{- end }}

{{- define "sevenviews.certify.volume" -}}
{{- with dig "certificateKey" "existingSecret" "" .Values.gateway }}
- name: certificate-key
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end }}
