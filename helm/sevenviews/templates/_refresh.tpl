{{/* The refresh, as an ordinary pod or as KubeRay's RayJob. */}}

{{- define "sevenviews.refresh.command" -}}
python -m sevenviews.cli refresh --resume --config /etc/sevenviews/refresh.yaml
{{- end }}

{{/* What `sevenviews refresh` reads. Text may be a template. */}}
{{- define "sevenviews.refresh.config" -}}
{{- tpl (toYaml .Values.refresh.config) . }}
{{- end }}

{{/* Snapshots and checkpoints. Beside the models, unless they have a volume of their own. */}}
{{- define "sevenviews.refresh.work" -}}
{{- .Values.refresh.persistence.enabled | ternary "/var/lib/sevenviews/refresh" (printf "%s/.refreshes" (include "sevenviews.models.path" .)) }}
{{- end }}

{{/* Where everything is: see the options of `sevenviews refresh`. */}}
{{- define "sevenviews.refresh.env" -}}
{{- range $service := tuple "embedding" "vectors" "metadata" }}
- name: SEVENVIEWS_REFRESH_{{ upper $service }}_ADDRESS
  value: {{ include "sevenviews.address" (dict "root" $ "component" $service) }}
{{- end }}
- name: SEVENVIEWS_REFRESH_DRAWINGS_URL
  value: {{ include "sevenviews.drawings.url" . | quote }}
- name: SEVENVIEWS_REFRESH_MODEL_STORE
  value: {{ include "sevenviews.models.path" . }}
- name: SEVENVIEWS_REFRESH_WORK
  value: {{ include "sevenviews.refresh.work" . }}
# The lock that lets one refresh run: in Redis, or where all runs have their workspace.
- name: SEVENVIEWS_REFRESH_LOCK_URL
{{- with include "sevenviews.redis.value" . }}
  {{- . | nindent 2 }}
{{- else }}
  value: file://{{ include "sevenviews.refresh.work" . }}/lock
{{- end }}
- name: SEVENVIEWS_REFRESH_RAY_ADDRESS
  value: {{ eq .Values.refresh.mode "rayjob" | ternary "auto" "local" }}
{{- if .Values.tls.enabled }}
- name: SEVENVIEWS_REFRESH_CA
  value: /etc/sevenviews/tls/ca.crt
{{- if .Values.tls.mutual }}
- name: SEVENVIEWS_REFRESH_CERTIFICATE
  value: /etc/sevenviews/tls/tls.crt
- name: SEVENVIEWS_REFRESH_KEY
  value: /etc/sevenviews/tls/tls.key
{{- end }}
{{- end }}
{{- include "sevenviews.env.s3" . }}
{{- include "sevenviews.ca.env" . }}
- name: RAY_USAGE_STATS_ENABLED
  value: "0"
{{- with .Values.refresh.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "sevenviews.refresh.mounts" -}}
- name: tmp
  mountPath: /tmp
- name: config
  mountPath: /etc/sevenviews
  readOnly: true
{{- if .Values.refresh.persistence.enabled }}
- name: workspace
  mountPath: /var/lib/sevenviews/refresh
{{- end }}
{{- include "sevenviews.models.mount" (dict "root" . "readOnly" false) }}
{{- include "sevenviews.drawings.mount" . }}
{{- include "sevenviews.tls.mount" . }}
{{- include "sevenviews.extra.mounts" (dict "root" . "values" .Values.refresh) }}
{{- end }}

{{- define "sevenviews.refresh.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ .Values.refresh.tmpSize }}
- name: config
  configMap:
    name: {{ include "sevenviews.component" (dict "root" . "component" "refresh") }}
    items:
      - key: refresh.yaml
        path: refresh.yaml
{{- with .Values.refresh.persistence }}
{{- if .enabled }}
- name: workspace
  persistentVolumeClaim:
    claimName: {{ .existingClaim | default (include "sevenviews.component" (dict "root" $ "component" "refresh")) }}
{{- end }}
{{- end }}
{{- include "sevenviews.models.volume" . }}
{{- include "sevenviews.drawings.volume" . }}
{{/* The gateway's: both are clients of vectors and metadata. */}}
{{- include "sevenviews.tls.volume" (dict "root" . "component" "gateway") }}
{{- include "sevenviews.extra.volumes" (dict "root" . "values" .Values.refresh) }}
{{- end }}

{{/* Resources with GPUs. (dict "resources" … "gpu" …) */}}
{{- define "sevenviews.refresh.resources" -}}
{{- $resources := deepCopy .resources }}
{{- if .gpu.count }}
{{- $gpu := dict .gpu.resource (int .gpu.count) }}
{{- $_ := set $resources "limits" (merge (dict) $gpu ($resources.limits | default dict)) }}
{{- end }}
{{- toYaml $resources }}
{{- end }}

{{/* One pod of the RayJob. (dict "root" $ "name" "ray-head" "values" .Values.refresh "resources" …) */}}
{{- define "sevenviews.refresh.pod" -}}
metadata:
  labels:
    {{- include "sevenviews.podLabels" . | nindent 4 }}
spec:
  {{- include "sevenviews.pod.common" . | nindent 2 }}
  restartPolicy: Never
  containers:
    - name: {{ .name }}
      image: {{ include "sevenviews.image" (dict "root" .root "image" .values.image) }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      env:
        {{- include "sevenviews.refresh.env" .root | trim | nindent 8 }}
      ports:
        - name: metrics
          containerPort: {{ .root.Values.metrics.port }}
        {{- if eq .name "ray-head" }}
        {{- include "sevenviews.ray.headPorts" . | nindent 8 }}
        {{- end }}
      resources:
        {{- .resources | nindent 8 }}
      {{- include "sevenviews.container.security" . | nindent 6 }}
      volumeMounts:
        {{- include "sevenviews.refresh.mounts" .root | nindent 8 }}
  volumes:
    {{- include "sevenviews.refresh.volumes" .root | nindent 4 }}
{{- end }}

{{- define "sevenviews.refresh.rayJobSpec" -}}
{{- $refresh := .Values.refresh }}
{{- $at := dict "root" $ "component" "refresh" "values" $refresh -}}
entrypoint: {{ include "sevenviews.refresh.command" . }}
# The operator submits by itself: no further pod.
submissionMode: HTTPMode
shutdownAfterJobFinishes: true
ttlSecondsAfterFinished: {{ $refresh.ttlSecondsAfterFinished }}
activeDeadlineSeconds: {{ $refresh.activeDeadlineSeconds }}
# The steps of a refresh are resumable: another try goes on where the last one ended.
backoffLimit: {{ $refresh.backoffLimit }}
rayClusterSpec:
  rayVersion: {{ .Values.embedding.rayservice.rayVersion | quote }}
  headGroupSpec:
    rayStartParams:
      num-cpus: {{ $refresh.head.cpus | quote }}
      dashboard-host: 0.0.0.0
      metrics-export-port: {{ .Values.metrics.port | quote }}
    template:
      {{- include "sevenviews.refresh.pod" (merge (dict "name" "ray-head" "resources" (include "sevenviews.refresh.resources" (dict "resources" $refresh.head.resources "gpu" $refresh.head.gpu))) $at) | nindent 6 }}
  {{- if $refresh.workers.replicas }}
  workerGroupSpecs:
    - groupName: trainers
      replicas: {{ $refresh.workers.replicas }}
      minReplicas: {{ $refresh.workers.replicas }}
      maxReplicas: {{ $refresh.workers.replicas }}
      rayStartParams:
        num-cpus: {{ $refresh.workers.cpus | quote }}
        metrics-export-port: {{ .Values.metrics.port | quote }}
      template:
        {{- include "sevenviews.refresh.pod" (merge (dict "name" "ray-worker" "resources" (include "sevenviews.refresh.resources" (dict "resources" $refresh.workers.resources "gpu" $refresh.workers.gpu))) $at) | nindent 8 }}
  {{- end }}
{{- end }}
