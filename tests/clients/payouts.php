<?php
// A client with the provider's own address in it. CURLOPT_CONNECT_TO stands in for a hosts entry.
$call = curl_init('https://payouts-dev.quantumlabs.ru/api/v1/features');
curl_setopt_array($call, [
    CURLOPT_CONNECT_TO => ['::' . getenv('ADDRESS')],
    CURLOPT_CAINFO => getenv('CA_FILE'),
    CURLOPT_HTTPHEADER => ['Accept: application/json; version=1.0', 'Authorization: Bearer qm_test_token'],
    CURLOPT_RETURNTRANSFER => true,
]);
$body = curl_exec($call);
if ($body === false) {
    fwrite(STDERR, curl_error($call));
    exit(1);
}
echo json_encode(['status' => curl_getinfo($call, CURLINFO_RESPONSE_CODE), 'body' => json_decode($body)]);
