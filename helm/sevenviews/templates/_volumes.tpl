{{/* The volumes that several pods see. */}}

{{- define "sevenviews.drawings.mount" -}}
{{- if .Values.drawings.persistence.enabled }}
- name: drawings
  mountPath: /var/lib/sevenviews/drawings
{{- end }}
{{- end }}

{{- define "sevenviews.drawings.volume" -}}
{{- with .Values.drawings.persistence }}
{{- if .enabled }}
- name: drawings
  persistentVolumeClaim:
    claimName: {{ .existingClaim | default (include "sevenviews.component" (dict "root" $ "component" "drawings")) }}
{{- end }}
{{- end }}
{{- end }}

{{/* The embedding reads models, the refresh writes them. (dict "root" $ "readOnly" true) */}}
{{- define "sevenviews.models.mount" -}}
{{- if .root.Values.models.persistence.enabled }}
- name: models
  mountPath: /var/lib/sevenviews/models
  {{- if .readOnly }}
  readOnly: true
  {{- end }}
{{- end }}
{{- end }}

{{- define "sevenviews.models.volume" -}}
{{- with .Values.models.persistence }}
{{- if .enabled }}
- name: models
  persistentVolumeClaim:
    claimName: {{ .existingClaim | default (include "sevenviews.component" (dict "root" $ "component" "models")) }}
{{- end }}
{{- end }}
{{- end }}

{{/* A store on a volume starts empty: the model of the image goes in, unless there is one. */}}
{{- define "sevenviews.models.init" -}}
{{- if .Values.models.persistence.enabled }}
- name: install-model
  image: {{ include "sevenviews.image" (dict "root" . "image" .Values.embedding.image) }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  command: [python, -m, sevenviews.embedding.install]
  env:
    - name: SEVENVIEWS_EMBEDDING_MODEL_STORE
      value: {{ include "sevenviews.models.path" . }}
  resources:
    {{- toYaml .Values.embedding.initResources | nindent 4 }}
  {{- include "sevenviews.container.security" (dict "root" .) | nindent 2 }}
  volumeMounts:
    - name: tmp
      mountPath: /tmp
    {{- include "sevenviews.models.mount" (dict "root" . "readOnly" false) | nindent 4 }}
{{- end }}
{{- end }}

{{/*
The CAs of what the services talk to, by the variables that OpenSSL (Redis), libpq, boto3 and gRPC (Milvus) read.
*/}}
{{- define "sevenviews.ca.env" -}}
{{- if include "sevenviews.ca.source" . }}
{{- range tuple "SSL_CERT_FILE" "PGSSLROOTCERT" "AWS_CA_BUNDLE" "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH" }}
- name: {{ . }}
  value: /etc/sevenviews/ca/{{ $.Values.caBundle.key }}
{{- end }}
{{- end }}
{{- end }}

{{/* The volume's source; nothing where no CAs are given. */}}
{{- define "sevenviews.ca.source" -}}
{{- with .Values.caBundle }}
{{- if .secret }}
secret:
  secretName: {{ .secret }}
{{- else if .configMap }}
configMap:
  name: {{ .configMap }}
{{- end }}
{{- end }}
{{- end }}

{{/* What every container of ours mounts beside its own: CAs, and what the values add. (dict "root" $ "values" …) */}}
{{- define "sevenviews.extra.mounts" -}}
{{- if include "sevenviews.ca.source" .root }}
- name: ca
  mountPath: /etc/sevenviews/ca
  readOnly: true
{{- end }}
{{- with .values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "sevenviews.extra.volumes" -}}
{{- with include "sevenviews.ca.source" .root }}
- name: ca
  {{- . | trim | nindent 2 }}
{{- end }}
{{- with .values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* (dict "root" $ "name" "models" "persistence" …) */}}
{{- define "sevenviews.claim" -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  {{- include "sevenviews.metadata" . | nindent 2 }}
  {{- if .persistence.keep }}
  annotations:
    # What was imported or trained outlives `helm uninstall`.
    helm.sh/resource-policy: keep
  {{- end }}
spec:
  accessModes:
    {{- toYaml .persistence.accessModes | nindent 4 }}
  {{- with .persistence.storageClass }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests:
      storage: {{ .persistence.size }}
{{- end }}
