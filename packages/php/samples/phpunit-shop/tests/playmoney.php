<?php
function playmoney(string $method, string $path, array $body = []): array {
    $http = ['method' => $method, 'header' => 'Content-Type: application/json', 'content' => json_encode((object) $body), 'ignore_errors' => true];
    $told = json_decode(file_get_contents(getenv('PLAYMONEY_URL') . "/__admin/$path", false, stream_context_create(['http' => $http])), true);
    return isset($told['detail']) ? throw new RuntimeException("$method $path: {$told['detail']}") : $told ?? [];
}
