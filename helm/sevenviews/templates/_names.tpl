{{/* Names, labels and images. Every template of ours gets the root context, or a dict with it as "root". */}}

{{- define "sevenviews.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 30 | trimSuffix "-" }}
{{- end }}

{{/* Prefix of all names; short, because KubeRay adds to the names of its objects, and a name has 63 characters. */}}
{{- define "sevenviews.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 30 | trimSuffix "-" }}
{{- else if contains (include "sevenviews.name" .) .Release.Name }}
{{- .Release.Name | trunc 30 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "sevenviews.name" .) | trunc 30 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* (dict "root" $ "component" "gateway") */}}
{{- define "sevenviews.component" -}}
{{- printf "%s-%s" (include "sevenviews.fullname" .root) .component }}
{{- end }}

{{/* What selects a component's pods: never changes between versions. (dict "root" $ "component" "gateway") */}}
{{- define "sevenviews.selector" -}}
app.kubernetes.io/name: {{ include "sevenviews.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "sevenviews.labels" -}}
{{ include "sevenviews.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: sevenviews
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels of a pod, without what changes at every release: a version label would restart all pods. */}}
{{- define "sevenviews.podLabels" -}}
{{ include "sevenviews.selector" . }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- with .values.podLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* (dict "root" $ "image" .Values.gateway.image) */}}
{{- define "sevenviews.image" -}}
{{- $tag := .image.tag | default .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- if .root.Values.image.registry -}}
{{ .root.Values.image.registry }}/
{{- end -}}
{{ .image.repository }}:{{ $tag }}
{{- with .image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/*
Ends the installation where the cluster lacks an API that a value asks for. Of a cluster that cannot be seen, as by
`helm template`, nothing is demanded: every real one has apiregistration.k8s.io.
(dict "root" $ "api" "ray.io/v1" "value" "embedding.mode=rayservice" "remedy" "…")
*/}}
{{- define "sevenviews.needs" -}}
{{- $apis := .root.Capabilities.APIVersions }}
{{- if and ($apis.Has "apiregistration.k8s.io/v1") (not ($apis.Has .api)) }}
{{- fail (printf "%s needs %s, which this cluster does not have: %s" .value .api .remedy) }}
{{- end }}
{{- end }}

{{/* Of an object. (dict "root" $ "component" "gateway") */}}
{{- define "sevenviews.metadata" -}}
name: {{ include "sevenviews.component" . }}
labels:
  {{- include "sevenviews.labels" . | nindent 2 }}
{{- end }}
