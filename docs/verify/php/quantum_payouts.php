<?php
/** The minified body is signed: decoded and encoded again, without white space and without escapes. */
function verify_quantum_payouts(array $server, string $body, string $secret): bool
{
    $minified = json_encode(json_decode($body), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
    $right = 'sha256=' . hash_hmac('sha256', $minified, $secret);
    return hash_equals($right, $server['HTTP_X_PAYOUTS_SIGNATURE'] ?? '');
}
