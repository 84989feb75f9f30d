# Developer API, the example request of each method: as the page prints it. The tests put their own host and token in
# and run one block at a time.

# createPayout
curl -X POST 'https://payouts-dev.quantumlabs.ru/api/v1/createPayout' \
-H 'Content-Type: application/json; charset=UTF-8' \
-H 'Accept: application/json; version=1.0' \
-H 'Authorization: Bearer YOUR_API_TOKEN' \
-d '{
"orderNumber": "ORDER_12345",
"amount": 150000,
"description": "Payout for order #12345",
"sessionTimeoutSecs": 1800,
"type": "card",
"urls": {
"returnUrl": "https://your-site.com/success",
"failUrl": "https://your-site.com/fail"
}
}'

# performPayout
curl -X POST 'https://payouts-dev.quantumlabs.ru/api/v1/performPayout' \
-H 'Content-Type: application/json; charset=UTF-8' \
-H 'Accept: application/json; version=1.0' \
-H 'Authorization: Bearer YOUR_API_TOKEN' \
-d '{
"orderNumber": "ORDER_12345",
"amount": 150000,
"description": "One-time payout",
"target": { "pan": "4111111111111111" }
}'

# getPayoutStatus
curl -X POST 'https://payouts-dev.quantumlabs.ru/api/v1/getPayoutStatus' \
-H 'Content-Type: application/json; charset=UTF-8' \
-H 'Accept: application/json; version=1.0' \
-H 'Authorization: Bearer YOUR_API_TOKEN' \
-d '{
"orderNumber": "ORDER_12345"
}'

# features
curl -X GET 'https://payouts-dev.quantumlabs.ru/api/v1/features' \
-H 'Accept: application/json; version=1.0' \
-H 'Authorization: Bearer YOUR_API_TOKEN'
