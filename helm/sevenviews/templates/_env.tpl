{{/* The environment of each service: SEVENVIEWS_<SERVICE>_<FIELD>, as its settings.py documents. */}}

{{/* Fields that the operator sets by name under `settings`. (dict "service" "gateway" "settings" …) */}}
{{- define "sevenviews.env.settings" -}}
{{- range $field, $value := .settings }}
- name: SEVENVIEWS_{{ upper $.service }}_{{ upper $field }}
  value: {{ if or (kindIs "slice" $value) (kindIs "map" $value) }}{{ toJson $value | quote }}{{ else if kindIs "float64" $value }}{{ toJson $value | quote }}{{ else }}{{ $value | toString | quote }}{{ end }}
{{- end }}
{{- end }}

{{/* What every service has. (dict "root" $ "service" "gateway" "port" 50051) */}}
{{- define "sevenviews.env.common" -}}
{{- $prefix := printf "SEVENVIEWS_%s" (upper .service) -}}
- name: {{ $prefix }}_HOST
  value: {{ .root.Values.listenHost | quote }}
- name: {{ $prefix }}_PORT
  value: {{ .port | quote }}
- name: {{ $prefix }}_METRICS_PORT
  value: {{ .root.Values.metrics.port | quote }}
- name: {{ $prefix }}_LOG_LEVEL
  value: {{ .root.Values.log.level }}
- name: {{ $prefix }}_LOG_FORMAT
  value: {{ .root.Values.log.format }}
{{- if and .root.Values.tracing (ne .service "console") }}
- name: {{ $prefix }}_TRACE_ENDPOINT
  value: {{ .root.Values.tracing.endpoint | quote }}
- name: {{ $prefix }}_TRACE_RATIO
  value: {{ toJson .root.Values.tracing.ratio | quote }}
{{- end }}
- name: {{ $prefix }}_DRAIN_SECONDS
  value: {{ .root.Values.shutdown.drainSeconds | quote }}
- name: {{ $prefix }}_GRACE_SECONDS
  value: {{ .root.Values.shutdown.graceSeconds | quote }}
{{- end }}

{{/* What a server of ours has beside that; not Ray's. */}}
{{- define "sevenviews.env.server" -}}
{{ include "sevenviews.env.common" . }}
- name: SEVENVIEWS_{{ upper .service }}_MAX_CONNECTION_AGE_SECONDS
  value: {{ .root.Values.maxConnectionAgeSeconds | quote }}
{{- include "sevenviews.tls.env" . }}
{{- end }}

{{- define "sevenviews.env.gateway" -}}
{{ include "sevenviews.env.server" (dict "root" . "service" "gateway" "port" .Values.ports.gateway) }}
- name: SEVENVIEWS_GATEWAY_EMBEDDING_ADDRESS
  value: {{ include "sevenviews.address" (dict "root" . "component" "embedding") }}
- name: SEVENVIEWS_GATEWAY_VECTORS_ADDRESS
  value: {{ include "sevenviews.address" (dict "root" . "component" "vectors") }}
- name: SEVENVIEWS_GATEWAY_METADATA_ADDRESS
  value: {{ include "sevenviews.address" (dict "root" . "component" "metadata") }}
{{- include "sevenviews.tls.clientEnv" . }}
{{- include "sevenviews.access.env" . }}
{{- include "sevenviews.certify.env" . }}
- name: SEVENVIEWS_GATEWAY_PAGE_TOKEN_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .Values.gateway.pageTokenKey.existingSecret | default (include "sevenviews.component" (dict "root" . "component" "gateway")) }}
      key: {{ .Values.gateway.pageTokenKey.key }}
{{- range $field := tuple "CACHE_URL" "QUOTA_URL" }}
{{- with include "sevenviews.redis.value" $ }}
- name: SEVENVIEWS_GATEWAY_{{ $field }}
  {{- . | nindent 2 }}
{{- end }}
{{- end }}
{{- include "sevenviews.env.settings" (dict "service" "gateway" "settings" .Values.gateway.settings) }}
{{- end }}

{{/* The URL of Redis, given or from a secret; nothing where there is none: then each gateway has its own cache. */}}
{{- define "sevenviews.redis.value" -}}
{{- if .Values.dev.redis.enabled -}}
value: redis://{{ include "sevenviews.component" (dict "root" . "component" "redis") }}:6379/0
{{- else if .Values.redis.existingSecret -}}
valueFrom:
  secretKeyRef:
    name: {{ .Values.redis.existingSecret }}
    key: {{ .Values.redis.urlKey }}
{{- else if .Values.redis.url -}}
value: {{ .Values.redis.url | quote }}
{{- end }}
{{- end }}

{{- define "sevenviews.milvus.url" -}}
{{- if .Values.dev.milvus.enabled -}}
http://{{ include "sevenviews.component" (dict "root" . "component" "milvus") }}:19530
{{- else -}}
{{ .Values.milvus.url }}
{{- end }}
{{- end }}

{{- define "sevenviews.env.vectors" -}}
{{ include "sevenviews.env.server" (dict "root" . "service" "vectors" "port" .Values.ports.vectors) }}
- name: SEVENVIEWS_VECTORS_URL
  value: {{ include "sevenviews.milvus.url" . | quote }}
{{- if or .Values.milvus.existingSecret .Values.milvus.token }}
- name: SEVENVIEWS_VECTORS_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ .Values.milvus.existingSecret | default (include "sevenviews.component" (dict "root" . "component" "vectors")) }}
      key: {{ .Values.milvus.tokenKey }}
{{- end }}
{{- include "sevenviews.env.settings" (dict "service" "vectors" "settings" .Values.vectors.settings) }}
{{- end }}

{{/* No password in the URL: libpq reads PGPASSWORD, and so no character of it needs to be encoded. */}}
{{- define "sevenviews.database.url" -}}
{{- $host := .Values.postgresql.host }}
{{- $port := .Values.postgresql.port }}
{{- if .Values.dev.postgresql.enabled }}
{{- $host = include "sevenviews.component" (dict "root" . "component" "postgresql") }}
{{- $port = 5432 }}
{{- end -}}
postgresql://{{ .Values.postgresql.user }}@{{ $host }}:{{ $port }}/{{ .Values.postgresql.database }}
{{- with .Values.postgresql.sslMode }}?sslmode={{ . }}{{ end }}
{{- with .Values.postgresql.pooler }}{{ $.Values.postgresql.sslMode | empty | ternary "?" "&" }}pooler={{ . }}{{ end }}
{{- end }}

{{/* What the metadata service and its migrations share. `secret` names the Secret that this chart makes. */}}
{{- define "sevenviews.env.database" -}}
- name: SEVENVIEWS_METADATA_DATABASE_URL
  value: {{ include "sevenviews.database.url" .root | quote }}
- name: SEVENVIEWS_METADATA_DRAWINGS_URL
  value: {{ include "sevenviews.drawings.url" .root | quote }}
{{- with .root.Values.postgresql }}
{{- if or .existingSecret .password }}
- name: PGPASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret | default $.secret }}
      key: {{ .passwordKey }}
{{- end }}
{{- end }}
{{- end }}

{{- define "sevenviews.drawings.url" -}}
{{- .Values.drawings.persistence.enabled | ternary "file:///var/lib/sevenviews/drawings" .Values.drawings.url }}
{{- end }}

{{- define "sevenviews.env.s3" -}}
{{- with .Values.drawings }}
{{- if and (not .persistence.enabled) .existingSecret }}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret }}
      key: {{ .accessKeyIdKey }}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret }}
      key: {{ .secretAccessKeyKey }}
{{- end }}
{{- end }}
{{- end }}

{{- define "sevenviews.env.metadata" -}}
{{- $secret := include "sevenviews.component" (dict "root" . "component" "metadata") -}}
{{ include "sevenviews.env.server" (dict "root" . "service" "metadata" "port" .Values.ports.metadata) }}
{{ include "sevenviews.env.database" (dict "root" . "secret" $secret) }}
{{- include "sevenviews.env.s3" . }}
- name: SEVENVIEWS_METADATA_MIGRATE
  value: {{ .Values.migrations.enabled | ternary "false" "true" | quote }}
{{- include "sevenviews.env.settings" (dict "service" "metadata" "settings" .Values.metadata.settings) }}
{{- end }}

{{/* Where the bundles are: in the image, or on a volume that the refresh writes to. */}}
{{- define "sevenviews.models.path" -}}
{{- .Values.models.persistence.enabled | ternary "/var/lib/sevenviews/models" .Values.models.imagePath }}
{{- end }}

{{/*
Both modes. In a RayService the number of replicas is an argument of the application instead: a changed environment
would make a whole new cluster.
*/}}
{{- define "sevenviews.env.embedding" -}}
{{- $values := .Values.embedding }}
{{- $isRay := eq $values.mode "rayservice" -}}
{{ include "sevenviews.env.common" (dict "root" . "service" "embedding" "port" .Values.ports.embedding) }}
- name: SEVENVIEWS_EMBEDDING_MODEL_STORE
  value: {{ include "sevenviews.models.path" . }}
- name: SEVENVIEWS_EMBEDDING_RAY_ADDRESS
  value: {{ $isRay | ternary "auto" "local" }}
{{- if not $isRay }}
- name: SEVENVIEWS_EMBEDDING_NUM_REPLICAS
  value: {{ $values.replicasPerPod | quote }}
{{- end }}
- name: SEVENVIEWS_EMBEDDING_EXECUTION_PROVIDER
  value: {{ $values.gpu.enabled | ternary "cuda" "cpu" }}
{{- if $values.gpu.enabled }}
- name: SEVENVIEWS_EMBEDDING_NUM_GPUS
  value: {{ divf $values.gpu.count $values.replicasPerPod | quote }}
{{- end }}
# Of Ray's own processes, which no argument tells.
- name: RAY_USAGE_STATS_ENABLED
  value: "0"
- name: RAY_SERVE_GRPC_MAX_MESSAGE_SIZE
  value: {{ $values.settings.max_message_bytes | default 67108864 | int64 | quote }}
{{- include "sevenviews.env.settings" (dict "service" "embedding" "settings" $values.settings) }}
{{- end }}

{{- define "sevenviews.env.console" -}}
{{ include "sevenviews.env.common" (dict "root" . "service" "console" "port" .Values.ports.console) }}
- name: SEVENVIEWS_CONSOLE_GATEWAY_ADDRESS
  value: {{ include "sevenviews.address" (dict "root" . "component" "gateway") }}
- name: SEVENVIEWS_CONSOLE_UPLOADS
  value: /tmp/uploads
{{- with (.Values.console.apiKey).existingSecret }}
- name: SEVENVIEWS_CONSOLE_GATEWAY_API_KEY
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $.Values.console.apiKey.key }}
{{- end }}
{{- if .Values.tls.enabled }}
- name: SEVENVIEWS_CONSOLE_GATEWAY_CA
  value: /etc/sevenviews/tls/ca.crt
{{- if .Values.tls.clientCertificates }}
- name: SEVENVIEWS_CONSOLE_GATEWAY_CERTIFICATE
  value: /etc/sevenviews/tls/tls.crt
- name: SEVENVIEWS_CONSOLE_GATEWAY_KEY
  value: /etc/sevenviews/tls/tls.key
{{- end }}
{{- end }}
{{- include "sevenviews.env.settings" (dict "service" "console" "settings" .Values.console.settings) }}
{{- end }}

{{/* A headless Service's name gives the addresses of all pods; the channel's round robin spreads over them. */}}
{{- define "sevenviews.address" -}}
{{- $name := include "sevenviews.component" . }}
{{- if eq .component "gateway" }}
{{- $name = printf "%s-headless" $name }}
{{- else if and (eq .component "embedding") (eq .root.Values.embedding.mode "rayservice") }}
{{- $name = include "sevenviews.ray.service" .root }}
{{- end -}}
dns:///{{ $name }}:{{ index .root.Values.ports .component }}
{{- end }}
