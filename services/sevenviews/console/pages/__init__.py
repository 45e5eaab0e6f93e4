"""The pages: a file a screen. Each reads its request, asks the gateway, and renders."""
