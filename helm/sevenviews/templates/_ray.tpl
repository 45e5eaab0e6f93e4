{{/* KubeRay makes this one. Not the name of the other mode's Service, which Helm could not make while KubeRay's is there. */}}
{{- define "sevenviews.ray.service" -}}
{{- include "sevenviews.component" (dict "root" . "component" "embedding") }}-ray
{{- end }}

{{/* KubeRay's operator looks for them by name, and adds none where a container names some of its own. */}}
{{- define "sevenviews.ray.headPorts" -}}
- name: gcs-server
  containerPort: 6379
- name: dashboard
  containerPort: 8265
- name: client
  containerPort: 10001
{{- end }}

{{/*
A pod of the RayService. Head and workers have one environment, because Serve builds the application on any of them.
(dict "root" $ "component" "embedding" "values" … "name" "ray-worker" "isWorker" true "resources" …)
*/}}
{{- define "sevenviews.ray.pod" -}}
metadata:
  labels:
    {{- include "sevenviews.podLabels" . | nindent 4 }}
  {{- with .values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- $token := and (not .isWorker) .values.autoscaling.enabled }}
  {{- include "sevenviews.pod.common" (merge (dict "token" $token) .) | nindent 2 }}
  {{- if .isWorker }}
  {{- include "sevenviews.pod.spread" . | nindent 2 }}
  {{- end }}
  terminationGracePeriodSeconds: {{ include "sevenviews.terminationSeconds" .root }}
  {{- with include "sevenviews.models.init" .root }}
  initContainers:
    {{- . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .name }}
      image: {{ include "sevenviews.image" (dict "root" .root "image" .values.image) }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      env:
        {{- include "sevenviews.env.embedding" .root | nindent 8 }}
        {{- include "sevenviews.ca.env" .root | nindent 8 }}
        {{- with .values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - name: serve-grpc
          containerPort: {{ .root.Values.ports.embedding }}
        - name: metrics
          containerPort: {{ .root.Values.metrics.port }}
        {{- if not .isWorker }}
        {{- include "sevenviews.ray.headPorts" . | nindent 8 }}
        {{- end }}
      {{- if .isWorker }}
      # A worker is ready when the application answers through its own proxy; KubeRay adds the liveness probe.
      readinessProbe:
        grpc:
          port: {{ .root.Values.ports.embedding }}
        periodSeconds: 2
        timeoutSeconds: 3
        failureThreshold: 2
      {{- end }}
      {{- include "sevenviews.lifecycle" .root | nindent 6 }}
      resources:
        {{- .resources | nindent 8 }}
      {{- include "sevenviews.container.security" . | nindent 6 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- include "sevenviews.models.mount" (dict "root" .root "readOnly" true) | nindent 8 }}
        {{- include "sevenviews.extra.mounts" . | nindent 8 }}
    {{- with .values.sidecars }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: {{ .values.tmpSize }}
    {{- include "sevenviews.models.volume" .root | nindent 4 }}
    {{- include "sevenviews.extra.volumes" . | nindent 4 }}
{{- end }}
