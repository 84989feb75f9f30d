<?php

declare(strict_types=1);

require_once __DIR__ . '/../src/Shop.php';

$shop = new Shop(getenv('SHOP_DATABASE'));
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$body = file_get_contents('php://input');

if ($path === '/webhooks/quoine') {
    http_response_code($shop->hear($_SERVER['REQUEST_URI'], getallheaders(), $body));
    exit;
}

header('Content-Type: application/json');
$number = rawurldecode(substr($path, strlen('/orders/')));
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $order = $shop->sell($number, json_decode($body, true)['price']);
    http_response_code($order === null ? 503 : 201);
    echo json_encode($order ?? ['error' => 'Payments are not available now. Please try again later.']);
} else {
    $order = $shop->order($number);
    http_response_code($order === null ? 404 : 200);
    echo json_encode($order);
}
