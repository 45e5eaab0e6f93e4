{{/*
Who may call the gateway, and the audit of who did. Values of a chart that did not know `access`, kept by --reuse-values, leave it as open as it was.
*/}}
{{- define "sevenviews.access" -}}
{{- $access := .Values.gateway.access | default (dict "anonymous" true) }}
{{- $keys := dig "apiKeys" "existingSecret" "" $access }}
{{- $jwks := dig "oidc" "jwks" "" $access }}
{{- $asks := or $keys $jwks $access.certificateRoles }}
{{- if not (or $asks $access.anonymous) }}
{{- fail "gateway.access: whoever reaches the gateway could import and delete. Name the Secret of your API keys (apiKeys.existingSecret), an identity provider (oidc) or roles of certificates (certificateRoles); or say anonymous: true, for trying out" }}
{{- end }}
{{- if and $asks $access.anonymous }}
{{- fail "gateway.access: anonymous contradicts apiKeys, oidc and certificateRoles" }}
{{- end }}
{{- if and $access.certificateRoles (not .Values.tls.clientCertificates) }}
{{- fail "gateway.access.certificateRoles needs tls.clientCertificates: else no certificate is shown" }}
{{- end }}
{{- toYaml (dict "anonymous" (not $asks) "keys" $keys "jwks" $jwks) }}
{{- end }}

{{- define "sevenviews.access.env" -}}
{{- $access := include "sevenviews.access" . | fromYaml }}
{{- if $access.anonymous }}
- name: SEVENVIEWS_GATEWAY_ALLOW_ANONYMOUS
  value: "true"
{{- end }}
{{- if $access.keys }}
- name: SEVENVIEWS_GATEWAY_API_KEYS_FILE
  value: /etc/sevenviews/keys/{{ .Values.gateway.access.apiKeys.key }}
{{- end }}
{{- if $access.jwks }}
{{- with .Values.gateway.access.oidc }}
- name: SEVENVIEWS_GATEWAY_OIDC_JWKS
  value: {{ .jwks | quote }}
- name: SEVENVIEWS_GATEWAY_OIDC_ISSUER
  value: {{ .issuer | quote }}
- name: SEVENVIEWS_GATEWAY_OIDC_AUDIENCE
  value: {{ .audience | quote }}
{{- end }}
{{- end }}
{{- if dig "audit" "existingClaim" "" .Values.gateway }}
- name: SEVENVIEWS_GATEWAY_AUDIT_DIRECTORY
  value: /var/lib/sevenviews/audit
- name: SEVENVIEWS_GATEWAY_AUDIT_DAYS
  value: {{ .Values.gateway.audit.days | quote }}
{{- end }}
{{- with dig "access" "certificateRoles" "" .Values.gateway }}
- name: SEVENVIEWS_GATEWAY_CERTIFICATE_ROLES
  value: {{ toJson . | quote }}
{{- end }}
{{- end }}

{{- define "sevenviews.access.mount" -}}
{{- if dig "audit" "existingClaim" "" .Values.gateway }}
- name: audit
  mountPath: /var/lib/sevenviews/audit
{{- end }}
{{- if (include "sevenviews.access" . | fromYaml).keys }}
- name: api-keys
  mountPath: /etc/sevenviews/keys
  readOnly: true
{{- end }}
{{- end }}

{{/* A whole folder, not a subPath: so that a key that is made or revoked reaches running pods. */}}
{{- define "sevenviews.access.volume" -}}
{{- with dig "audit" "existingClaim" "" .Values.gateway }}
- name: audit
  persistentVolumeClaim:
    claimName: {{ . }}
{{- end }}
{{- with (include "sevenviews.access" . | fromYaml).keys }}
- name: api-keys
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end }}
