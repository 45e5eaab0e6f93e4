{{/*
TLS of the gateway, of vectors and of metadata. Ray Serve's gRPC proxy speaks plaintext: the embedding service is
reached through the NetworkPolicy, or through a mesh.
*/}}

{{- define "sevenviews.tls.secret" -}}
{{- $given := index .root.Values.tls.secrets .component }}
{{- if eq .root.Values.tls.source "secrets" }}{{ $given }}{{ else }}{{ include "sevenviews.component" . }}-tls{{ end }}
{{- end }}

{{/* Whether a service demands its callers' certificates. (dict "root" $ "service" "gateway") */}}
{{- define "sevenviews.tls.demands" -}}
{{- $tls := .root.Values.tls }}
{{- if eq .service "gateway" }}{{ $tls.clientCertificates }}{{ else }}{{ $tls.mutual }}{{ end }}
{{- end }}

{{- define "sevenviews.tls.env" -}}
{{- if .root.Values.tls.enabled }}
- name: SEVENVIEWS_{{ upper .service }}_TLS_CERTIFICATE
  value: /etc/sevenviews/tls/tls.crt
- name: SEVENVIEWS_{{ upper .service }}_TLS_KEY
  value: /etc/sevenviews/tls/tls.key
{{- if eq (include "sevenviews.tls.demands" .) "true" }}
- name: SEVENVIEWS_{{ upper .service }}_TLS_CLIENT_CA
  value: /etc/sevenviews/tls/ca.crt
{{- end }}
# The kubelet's probes speak no TLS.
- name: SEVENVIEWS_{{ upper .service }}_HEALTH_PORT
  value: {{ .root.Values.ports.health | quote }}
{{- end }}
{{- end }}

{{- define "sevenviews.tls.clientEnv" -}}
{{- if .Values.tls.enabled }}
- name: SEVENVIEWS_GATEWAY_BACKEND_CA
  value: /etc/sevenviews/tls/ca.crt
{{- if .Values.tls.mutual }}
- name: SEVENVIEWS_GATEWAY_BACKEND_CERTIFICATE
  value: /etc/sevenviews/tls/tls.crt
- name: SEVENVIEWS_GATEWAY_BACKEND_KEY
  value: /etc/sevenviews/tls/tls.key
{{- end }}
{{- end }}
{{- end }}

{{- define "sevenviews.tls.mount" -}}
{{- if .Values.tls.enabled }}
- name: tls
  mountPath: /etc/sevenviews/tls
  readOnly: true
{{- end }}
{{- end }}

{{- define "sevenviews.tls.volume" -}}
{{- if .root.Values.tls.enabled }}
- name: tls
  secret:
    secretName: {{ include "sevenviews.tls.secret" . }}
    defaultMode: 0440
{{- end }}
{{- end }}

{{/* (dict "root" $ "component" "gateway") */}}
{{- define "sevenviews.probePort" -}}
{{- if .root.Values.tls.enabled }}{{ .root.Values.ports.health }}{{ else }}{{ index .root.Values.ports .component }}{{ end }}
{{- end }}
