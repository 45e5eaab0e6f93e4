{{/* What pods have in common. */}}

{{/* (dict "root" $ "component" "gateway" "values" .Values.gateway) */}}
{{- define "sevenviews.pod.common" -}}
serviceAccountName: {{ include "sevenviews.component" . }}
automountServiceAccountToken: {{ default false .token }}
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{ include "sevenviews.pod.security" . }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .values.runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "sevenviews.pod.security" -}}
securityContext:
  runAsNonRoot: true
  {{- range $field := tuple "runAsUser" "runAsGroup" "fsGroup" }}
  {{- with index $.root.Values.podSecurity $field }}
  {{ $field }}: {{ . }}
  {{- end }}
  {{- end }}
  # A volume of many files is not walked at every start.
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "sevenviews.container.security" -}}
securityContext:
  allowPrivilegeEscalation: false
  privileged: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* One replica's loss, of a node or a zone, leaves the others. (dict "root" $ "component" … "values" …) */}}
{{- define "sevenviews.pod.spread" -}}
{{- if .values.topologySpread.enabled }}
topologySpreadConstraints:
  {{- range .values.topologySpread.keys }}
  - topologyKey: {{ . }}
    maxSkew: {{ $.values.topologySpread.maxSkew }}
    whenUnsatisfiable: {{ $.values.topologySpread.whenUnsatisfiable }}
    # A node that is being drained is no place to be filled first.
    nodeTaintsPolicy: Honor
    labelSelector:
      matchLabels:
        {{- include "sevenviews.selector" $ | nindent 8 }}
    {{- if not $.isRay }}
    # Of one version: else the old pods of a rolling update would decide where the new ones go.
    matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Everything between SIGTERM and SIGKILL: the sleep, the drain, the requests that run, and 5 s to end. */}}
{{- define "sevenviews.terminationSeconds" -}}
{{- with .Values.shutdown }}
{{- ceil (addf .preStopSeconds .drainSeconds .graceSeconds 5) | int }}
{{- end }}
{{- end }}

{{/* preStop: the pod is taken from the endpoints while it still serves. */}}
{{- define "sevenviews.lifecycle" -}}
{{- if .Values.shutdown.preStopSeconds }}
lifecycle:
  preStop:
    sleep:
      seconds: {{ .Values.shutdown.preStopSeconds }}
{{- end }}
{{- end }}

{{/*
Native gRPC probes. Readiness follows what the service depends on; the service name "liveness" does not, so that
no pod is restarted because Milvus is down. (dict "port" 50051 "values" .Values.gateway)
*/}}
{{- define "sevenviews.probes" -}}
{{- $port := int .port }}
{{- $alive := dict "grpc" (dict "port" $port "service" "liveness") }}
{{- $ready := dict "grpc" (dict "port" $port) }}
{{- $given := .values.probes | default dict }}
{{- dict
  "startupProbe" (mergeOverwrite (dict "periodSeconds" 2 "timeoutSeconds" 2 "failureThreshold" (.startFailures | default 60)) $alive ($given.startup | default dict))
  "readinessProbe" (mergeOverwrite (dict "periodSeconds" 3 "timeoutSeconds" 3 "failureThreshold" 2) $ready ($given.readiness | default dict))
  "livenessProbe" (mergeOverwrite (dict "periodSeconds" 10 "timeoutSeconds" 5 "failureThreshold" 6) $alive ($given.liveness | default dict))
  | toYaml }}
{{- end }}

{{/*
How many pods a Deployment asks for. With an autoscaler, as many as there are: without a number, Kubernetes would go
down to one when the autoscaler is switched on. Nothing where the cluster cannot be asked.
*/}}
{{- define "sevenviews.replicas" -}}
{{- if not .values.autoscaling.enabled }}
replicas: {{ .values.replicas }}
{{- else }}
{{- $live := lookup "apps/v1" "Deployment" .root.Release.Namespace (include "sevenviews.component" .) }}
{{- with dig "spec" "replicas" 0 ($live | default dict) }}
replicas: {{ max (int .) (int $.values.replicas) }}
{{- end }}
{{- end }}
{{- end }}

{{/*
A Deployment of one of our services. Arguments:
  root, component, values   as everywhere
  module                    of `python -m`
  port                      of gRPC (or HTTP)
  env                       YAML list, from _env.tpl
  mounts, volumes           YAML lists
  init                      YAML list of init containers
  probes                    YAML
  config                    text; pods are replaced when it changes
*/}}
{{- define "sevenviews.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "sevenviews.metadata" . | nindent 2 }}
spec:
  {{- include "sevenviews.replicas" . | nindent 2 }}
  revisionHistoryLimit: 5
  selector:
    matchLabels:
      {{- include "sevenviews.selector" . | nindent 6 }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: {{ .values.rollingUpdate.maxSurge }}
      maxUnavailable: {{ .values.rollingUpdate.maxUnavailable }}
  template:
    metadata:
      labels:
        {{- include "sevenviews.podLabels" . | nindent 8 }}
      annotations:
        kubectl.kubernetes.io/default-container: {{ .component }}
        {{- with .config }}
        checksum/config: {{ sha256sum . }}
        {{- end }}
        {{- with .values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      {{- include "sevenviews.pod.common" . | nindent 6 }}
      {{- include "sevenviews.pod.spread" . | nindent 6 }}
      terminationGracePeriodSeconds: {{ include "sevenviews.terminationSeconds" .root }}
      {{- with .init }}
      initContainers:
        {{- . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "sevenviews.image" (dict "root" .root "image" .values.image) }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          command: [python, -m, {{ .module }}]
          env:
            {{- .env | nindent 12 }}
            {{- include "sevenviews.ca.env" .root | nindent 12 }}
            {{- with .values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            - name: {{ .portName | default "grpc" }}
              containerPort: {{ .port }}
            - name: metrics
              containerPort: {{ .root.Values.metrics.port }}
          {{- .probes | nindent 10 }}
          {{- include "sevenviews.lifecycle" .root | nindent 10 }}
          resources:
            {{- .resources | default (toYaml .values.resources) | nindent 12 }}
          {{- include "sevenviews.container.security" . | nindent 10 }}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
            {{- with .mounts }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- include "sevenviews.extra.mounts" . | nindent 12 }}
        {{- with .values.sidecars }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: {{ .values.tmpSize }}
        {{- with .volumes }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- include "sevenviews.extra.volumes" . | nindent 8 }}
{{- end }}
