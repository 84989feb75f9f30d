<?php
/** The bytes of the body are signed: `file_get_contents('php://input')`. */
function verify_cryptopay(array $server, string $body, string $secret): bool
{
    return hash_equals(hash_hmac('sha256', $body, $secret), $server['HTTP_X_WEBHOOK_SIGNATURE'] ?? '');
}
