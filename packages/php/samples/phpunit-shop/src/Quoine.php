<?php

declare(strict_types=1);

/** Quoine Payment: its signature, of the requests that the shop sends and of the callbacks that it gets, and its calls. */
final class Quoine
{
    private const SECONDS_MAX = 30;

    public function __construct(private string $baseUrl, private string $userId)
    {
    }

    /** The invoice, or null while Quoine is away. */
    public function createInvoice(string $price, string $name, string $secret): ?array
    {
        $path = '/api/v1/invoices';
        $body = json_encode(['price' => $price, 'name' => $name]);
        $headers = [
            'Content-Type' => 'application/json',
            'Content-MD5' => self::digest($body),
            'Date' => gmdate('D, d M Y H:i:s') . ' GMT',
            'NONCE' => bin2hex(random_bytes(16)),
        ];
        $headers['Authorization'] = $this->signature($path, $headers, $secret);
        $call = curl_init($this->baseUrl . $path);
        curl_setopt_array($call, [
            CURLOPT_POSTFIELDS => $body,
            CURLOPT_HTTPHEADER => array_map(fn ($name, $value) => "$name: $value", array_keys($headers), $headers),
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT => self::SECONDS_MAX,
        ]);
        $answer = curl_exec($call);
        $status = curl_getinfo($call, CURLINFO_RESPONSE_CODE);

        return $answer !== false && $status === 200 ? json_decode($answer, true) : null;
    }

    /** Whether a callback is signed with this secret, and has this body. */
    public function accepts(string $path, array $headers, string $body, string $secret): bool
    {
        $given = array_change_key_case($headers);
        $named = [];
        foreach (['Content-Type', 'Content-MD5', 'Date', 'NONCE', 'Authorization'] as $name) {
            $named[$name] = $given[strtolower($name)] ?? '';
        }

        return hash_equals($this->signature($path, $named, $secret), $named['Authorization'])
            && hash_equals(self::digest($body), $named['Content-MD5']);
    }

    private function signature(string $path, array $headers, string $secret): string
    {
        $text = implode(',', [$headers['Content-Type'], $headers['Content-MD5'], $path, $headers['Date'], $headers['NONCE']]);

        return "APIAuth {$this->userId}:" . base64_encode(hash_hmac('sha1', $text, $secret, true));
    }

    private static function digest(string $body): string
    {
        return base64_encode(md5($body, true));
    }
}
