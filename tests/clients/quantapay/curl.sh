# API Overview, Endpoint: as the page prints it. The tests put their own host and key in.
curl -X POST https://cloud.quantapay.app/api.php \
-d "function=get-balances" \
-d "api-key=YOUR_API_KEY"
