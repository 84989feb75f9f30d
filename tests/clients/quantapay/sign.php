<?php
// API Overview, HMAC Signature, Example (PHP): as the page prints it, up to the request that it speaks of.
$webhook_secret = 'your-webhook-secret-key';
$price = '49.99';
$currency = 'usd';
$order_id = 'ORD-12345';
$timestamp = time();
$sign_data = $price . '|' . $currency . '|' . $order_id . '|' . $timestamp;
$signature = hash_hmac('sha256', $sign_data, $webhook_secret);
// Include in your API request:
// signature={$signature}×tamp={$timestamp}
// The page ends here. Quirk: what it prints as a multiplication sign was `&times`, the beginning of `&timestamp`.
$fields = ['function' => 'create-checkout-session', 'api-key' => getenv('API_KEY')];
$fields += compact('price', 'currency', 'order_id', 'signature', 'timestamp');
$http = ['method' => 'POST', 'content' => http_build_query($fields), 'header' => 'Content-Type: application/x-www-form-urlencoded'];
echo file_get_contents(getenv('API_URL'), false, stream_context_create(['http' => $http]));
