{{/* What both modes of the embedding have in common. */}}

{{- define "sevenviews.embedding.resources" -}}
{{- $resources := deepCopy .Values.embedding.resources }}
{{- with .Values.embedding.gpu }}
{{- if .enabled }}
{{- $gpu := dict .resource (int .count) }}
{{- $_ := set $resources "limits" (merge (dict) $gpu ($resources.limits | default dict)) }}
{{- $_ := set $resources "requests" (merge (dict) $gpu ($resources.requests | default dict)) }}
{{- end }}
{{- end }}
{{- toYaml $resources }}
{{- end }}

{{/* Ray keeps requests above 100 KiB in shared memory; a container has 64 MB of it unless told otherwise. */}}
{{- define "sevenviews.embedding.shm" -}}
- name: shm
  emptyDir:
    medium: Memory
    sizeLimit: {{ .Values.embedding.sharedMemory }}
{{- end }}
