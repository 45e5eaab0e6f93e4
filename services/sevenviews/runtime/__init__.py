"""The shared server library: settings, status, interceptors, server, channels, telemetry, wire conversion.

May import `designs` and the stubs in `v1`. Knows no service.
"""
