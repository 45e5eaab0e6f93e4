{{/* The pod that asks each service for its health and the gateway for a search: of `helm test`, and of a schedule. */}}

{{/* (dict "root" $ "patience" 60 "mustSearch" false) */}}
{{- define "sevenviews.check.pod" -}}
{{- $check := .root.Values.check | default dict -}}
restartPolicy: Never
{{ include "sevenviews.pod.common" (dict "root" .root "component" "gateway" "values" .root.Values.gateway) }}
containers:
  - name: check
    image: {{ include "sevenviews.image" (dict "root" .root "image" .root.Values.gateway.image) }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    command:
      - python
      - -m
      - sevenviews.client.check
      {{- range tuple "gateway" "embedding" "vectors" "metadata" }}
      - --{{ . }}
      - {{ include "sevenviews.address" (dict "root" $.root "component" .) }}
      {{- end }}
      - --patience
      - {{ .patience | quote }}
      {{- if .mustSearch }}
      - --must-search
      {{- end }}
      {{- if .root.Values.tls.enabled }}
      - --ca
      - /etc/sevenviews/tls/ca.crt
      - --certificate
      - /etc/sevenviews/tls/tls.crt
      - --key
      - /etc/sevenviews/tls/tls.key
      {{- end }}
    {{- if or ($check.apiKey).existingSecret $check.extraEnv }}
    env:
      {{- with ($check.apiKey).existingSecret }}
      - name: SEVENVIEWS_API_KEY
        valueFrom:
          secretKeyRef:
            name: {{ . }}
            key: {{ $check.apiKey.key }}
      {{- end }}
      {{- with $check.extraEnv }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
    {{- end }}
    resources:
      {{- toYaml $check.resources | nindent 6 }}
    {{- include "sevenviews.container.security" .root | nindent 4 }}
    volumeMounts:
      - name: tmp
        mountPath: /tmp
      {{- include "sevenviews.tls.mount" .root | nindent 6 }}
volumes:
  - name: tmp
    emptyDir: {}
  {{- include "sevenviews.tls.volume" (dict "root" .root "component" "gateway") | nindent 2 }}
{{- end }}
