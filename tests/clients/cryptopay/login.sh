# API overview, Getting Your API Key: as the page prints it. The tests put their own host in front of the path, and the
# test user in.

# Login to get your token
curl -X POST /api/auth/login \
-H "Content-Type: application/json" \
-d '{
"username": "your-username",
"password": "your-password"
}'
