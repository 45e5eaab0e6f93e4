{{/*
A Service without an address of its own: its name gives those of all ready pods, and the clients' round robin
spreads requests over them. gRPC keeps one long connection, which a ClusterIP would tie to one pod.
(dict "root" $ "component" "vectors" "port" 50053 "name" …)
*/}}
{{- define "sevenviews.headless" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ .name | default (include "sevenviews.component" .) }}
  labels:
    {{- include "sevenviews.labels" . | nindent 4 }}
    sevenviews.io/headless: "true"
spec:
  type: ClusterIP
  clusterIP: None
  selector:
    {{- include "sevenviews.selector" . | nindent 4 }}
  ports:
    - name: grpc
      port: {{ .port }}
      targetPort: grpc
    - name: metrics
      port: {{ .root.Values.metrics.port }}
      targetPort: metrics
{{- end }}
