"""_tls.tpl and certificates.yaml: certificates, where they are mounted, and who must show one."""

from __future__ import annotations

import pytest

from tests.helm.chart import TLS, environment, main_container, pod, render, settings


class TestTls:
    def test_certificates_are_mounted_where_the_settings_look(self) -> None:
        rendered = render(*TLS)
        for service, secret in {"gateway": "g", "vectors": "v", "metadata": "m"}.items():
            one = pod(rendered, f"Deployment/{service}")
            (volume,) = [volume for volume in one["volumes"] if volume["name"] == "tls"]
            assert volume["secret"]["secretName"] == secret
            (mount,) = [mount for mount in one["containers"][0]["volumeMounts"] if mount["name"] == "tls"]
            variables = environment(one["containers"][0])
            for name in ("TLS_CERTIFICATE", "TLS_KEY"):
                assert variables[f"SEVENVIEWS_{service.upper()}_{name}"].startswith(mount["mountPath"])

    def test_probes_go_to_the_plaintext_port(self) -> None:
        container = main_container(render(*TLS), "Deployment/vectors")
        assert container["readinessProbe"]["grpc"]["port"] == 50059
        assert environment(container)["SEVENVIEWS_VECTORS_HEALTH_PORT"] == "50059"

    @pytest.mark.parametrize("mutual", [True, False])
    def test_mutual(self, mutual: bool) -> None:
        rendered = render(*TLS, *settings(f"tls.mutual={str(mutual).lower()}"))
        gateway = environment(main_container(rendered, "Deployment/gateway"))
        vectors = environment(main_container(rendered, "Deployment/vectors"))
        assert ("SEVENVIEWS_VECTORS_TLS_CLIENT_CA" in vectors) is mutual
        assert ("SEVENVIEWS_GATEWAY_BACKEND_CERTIFICATE" in gateway) is mutual
        assert "SEVENVIEWS_GATEWAY_BACKEND_CA" in gateway
        assert "SEVENVIEWS_GATEWAY_TLS_CLIENT_CA" not in gateway

    def test_clients_of_the_gateway_may_be_asked_for_certificates(self) -> None:
        rendered = render(*TLS, *settings("tls.clientCertificates=true"))
        assert "SEVENVIEWS_GATEWAY_TLS_CLIENT_CA" in environment(
            main_container(rendered, "Deployment/gateway")
        )

    def test_without_it_nothing_is_mounted(self) -> None:
        rendered = render()
        for service in ("gateway", "vectors", "metadata"):
            assert not [
                name
                for name in environment(main_container(rendered, f"Deployment/{service}"))
                if "TLS" in name
            ]
        assert not rendered.all("Certificate")

    def test_cert_manager(self) -> None:
        rendered = render(
            *settings(
                "tls.enabled=true", "tls.source=certManager", "tls.certManager.issuer.name=ca",
                "tls.certManager.gatewayNames[0]=patents.example.org",
            )
        )  # fmt: skip
        certificates = rendered.all("Certificate")
        assert certificates.keys() == {"gateway", "vectors", "metadata"}
        gateway = certificates["gateway"]["spec"]
        assert "patents.example.org" in gateway["dnsNames"]
        # Every name of every Service that leads to its pods.
        for one in certificates:
            names = set(certificates[one]["spec"]["dnsNames"])
            services = [name for name in rendered.all("Service") if name.removesuffix("-headless") == one]
            assert services
            for service in services:
                whole = f"sv-sevenviews-{service}"
                ends = ("", ".default", ".default.svc", ".default.svc.cluster.local")
                assert {whole + end for end in ends} <= names
        for one in ("vectors", "metadata"):
            assert "sv-sevenviews-backends" in certificates[one]["spec"]["dnsNames"]
        assert gateway["usages"] == ["server auth", "client auth"]
        assert certificates["vectors"]["spec"]["usages"] == ["server auth"]
        volumes = pod(rendered, "Deployment/gateway")["volumes"]
        assert gateway["secretName"] in [volume.get("secret", {}).get("secretName") for volume in volumes]

    def test_the_service_says_how_it_is_spoken_to(self) -> None:
        assert render(*TLS).one("Service", "gateway")["spec"]["ports"][0]["appProtocol"] == "https"

    def test_the_console_is_given_the_gateways_ca_and_not_its_key(self) -> None:
        rendered = render(
            *TLS,
            *settings("tls.clientCertificates=true", "console.enabled=true", "console.clientSecret=mine"),
        )
        one = pod(rendered, "Deployment/console")
        (volume,) = [volume for volume in one["volumes"] if volume["name"] == "tls"]
        given = {
            source["secret"]["name"]: [item["key"] for item in source["secret"]["items"]]
            for source in volume["projected"]["sources"]
        }
        assert given == {"g": ["ca.crt"], "mine": ["tls.crt", "tls.key"]}
        variables = environment(one["containers"][0])
        assert {name for name in variables if "GATEWAY_C" in name or "GATEWAY_K" in name} == {
            "SEVENVIEWS_CONSOLE_GATEWAY_CA",
            "SEVENVIEWS_CONSOLE_GATEWAY_CERTIFICATE",
            "SEVENVIEWS_CONSOLE_GATEWAY_KEY",
        }


def test_the_check_shows_the_gateways_certificate() -> None:
    command = main_container(render(*TLS), "Pod/check")["command"]
    assert command[command.index("--ca") + 1] == "/etc/sevenviews/tls/ca.crt"
    assert "--ca" not in main_container(render(), "Pod/check")["command"]
    assert render().one("Pod", "check")["metadata"]["annotations"]["helm.sh/hook"] == "test"
