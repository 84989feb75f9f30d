<?php
/** QuantaPay signs nothing. The body carries the secret itself. */
function verify_quantapay(string $body, string $secret): bool
{
    $key = json_decode($body)->key ?? null;
    return is_string($key) && hash_equals($secret, $key);
}
