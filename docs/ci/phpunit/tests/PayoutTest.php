<?php
use PHPUnit\Framework\TestCase;

/** A payout, followed to its end. `playmoney exec` or the action sets the addresses and keys. */
final class PayoutTest extends TestCase
{
    public function testWagesArrive(): void
    {
        $payout = $this->post(getenv('QUANTUM_PAYOUTS_BASE_URL') . '/api/v1/performPayout', [
            'orderNumber' => uniqid('wages-'),
            'amount' => 150000,
            'description' => 'wages',
            'target' => ['pan' => '4111111111111111'],
        ]);
        $this->assertSame('processing', $payout['orderStatus']);

        $this->post(getenv('PLAYMONEY_URL') . '/__admin/clock/advance', ['by' => '5s']);

        $order = ['orderNumber' => $payout['orderNumber']];
        $payout = $this->post(getenv('QUANTUM_PAYOUTS_BASE_URL') . '/api/v1/getPayoutStatus', $order);
        $this->assertSame('success', $payout['orderStatus']);
    }

    private function post(string $url, array $body): array
    {
        $token = str_contains($url, '/__admin/') ? getenv('PLAYMONEY_ADMIN_TOKEN') : getenv('QUANTUM_PAYOUTS_TOKEN');
        $header = "Content-Type: application/json; charset=UTF-8\r\nAuthorization: Bearer $token";
        $http = ['method' => 'POST', 'header' => $header, 'content' => json_encode($body), 'timeout' => 30];
        return json_decode(file_get_contents($url, false, stream_context_create(['http' => $http])), true);
    }
}
