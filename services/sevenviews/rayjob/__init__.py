"""Starts a KubeRay RayJob from within a pod, and waits for its end: the body of the chart's CronJob.

Speaks to the Kubernetes API with the standard library alone, so that the smallest image can run it. Imports nothing
of ours.
"""
