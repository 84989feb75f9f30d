<?php
// Receives webhooks of all providers at /SLUG and verifies them as docs/verify/php does. PHP's own web server runs it.
$name = str_replace('-', '_', trim(strtok($_SERVER['REQUEST_URI'], '?'), '/'));
$secret = getenv(strtoupper($name));
$body = file_get_contents('php://input');
require __DIR__ . "/../../docs/verify/php/$name.php";

// A file that cannot be made is a nonce that came before.
$is_new = fn (string $nonce): bool => @fopen(getenv('NONCES') . '/' . bin2hex($nonce), 'x') !== false;
$good = match ($name) {
    'quoine' => verify_quoine($_SERVER, $body, '2', $secret, $is_new),
    'quantapay' => verify_quantapay($body, $secret),
    default => "verify_$name"($_SERVER, $body, $secret),
};
http_response_code($good ? 204 : 401);
