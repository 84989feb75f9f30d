<?php
/** `$secret` is the API key, or the webhook secret if the account has one. */
function verify_qbitpay(array $server, string $body, string $secret): bool
{
    $pairs = [];
    foreach (members_as_written($body) as $name => $written) {
        $value = $written[0] === '"' ? json_decode($written) : $written;
        if ($value !== '' && $value !== 'null') {
            $pairs[$name] = "$name=$value";
        }
    }
    ksort($pairs, SORT_STRING);
    $right = strtoupper(md5(implode('&', $pairs) . "&key=$secret"));
    return hash_equals($right, $server['HTTP_QBITPAY_SIGNATURE'] ?? '');
}

/** The members of a JSON object, each value as it is written. Printed anew, a number can look different. */
function members_as_written(string $body): array
{
    $text = '"(?:[^"\\\\]|\\\\.)*"';
    $value = "(?<value>$text|[\\[{](?:[^][{}\"]|$text|(?&value))*[\\]}]|[^][{},\"\\s]+)";
    preg_match_all("/(?<name>$text)\\s*:\\s*$value/s", $body, $found);
    return array_combine(array_map('json_decode', $found['name']), $found['value']);
}
