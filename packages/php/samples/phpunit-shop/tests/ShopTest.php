<?php

declare(strict_types=1);

use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/../src/Shop.php';
require_once __DIR__ . '/playmoney.php';

/** Nothing here sleeps or polls: a call of Playmoney returns when the callbacks that are due have arrived. */
final class ShopTest extends TestCase
{
    private static $process;
    private static string $database;
    private static string $url;

    /** The shop runs in PHP's own web server, on a port that is free. */
    public static function setUpBeforeClass(): void
    {
        self::$database = tempnam(sys_get_temp_dir(), 'shop');
        $free = stream_socket_server('tcp://127.0.0.1:0');
        $address = stream_socket_get_name($free, false);
        fclose($free);
        self::$url = "http://$address";
        $command = [PHP_BINARY, '-S', $address, __DIR__ . '/../public/index.php'];
        $silent = [['file', '/dev/null', 'r'], ['file', '/dev/null', 'w'], ['file', '/dev/null', 'w']];
        self::$process = proc_open($command, $silent, $pipes, null, ['SHOP_DATABASE' => self::$database] + getenv());
        for ($tries = 0; !@fsockopen('tcp://127.0.0.1', (int) explode(':', $address)[1]); $tries++) {
            self::assertLessThan(500, $tries, 'the shop does not start');
            usleep(10_000);
        }
    }

    public static function tearDownAfterClass(): void
    {
        proc_terminate(self::$process);
        proc_close(self::$process);
        unlink(self::$database);
    }

    protected function setUp(): void
    {
        playmoney('POST', 'reset', ['webhook_url' => self::$url . '/webhooks/{provider}']);
        file_put_contents(self::$database, '');
    }

    public function testAnOrderIsShippedWhenItsPaymentIsConfirmed(): void
    {
        $invoice = $this->buy()['invoice'];
        playmoney('POST', 'requests/verify', ['operation' => 'quoine.createInvoice', 'where' => ['body' => ['price' => '500.0']]]);
        playmoney('POST', 'act/quoine/pay', ['invoice' => $invoice]);
        $this->assertOrder('open', 0);
        playmoney('POST', 'clock/advance', ['until' => 'idle']);
        $this->assertOrder('paid', 1);
    }

    public function testAnOrderExpiresWhileTheCustomerPays(): void
    {
        playmoney('POST', 'rules', ['on' => 'quoine.createInvoice', 'then' => ['late_payment' => '10s']]);
        $this->buy();
        playmoney('POST', 'clock/advance', ['by' => '1799s']);
        $this->assertOrder('open', 0);
        playmoney('POST', 'clock/advance', ['by' => '1s']);
        $this->assertOrder('expired', 0);
        playmoney('POST', 'clock/advance', ['until' => 'idle']);
        $this->assertOrder('expired', 0);
    }

    public function testAnUnderpaymentShipsNothing(): void
    {
        $invoice = $this->buy()['invoice'];
        playmoney('POST', 'act/quoine/pay', ['invoice' => $invoice, 'amount' => '0.2']);
        playmoney('POST', 'clock/advance', ['by' => '30m']);
        $this->assertOrder('underpaid', 0);
    }

    public function testACallbackThatComesTwiceShipsOnce(): void
    {
        playmoney('POST', 'rules', ['on' => 'quoine:webhook', 'then' => ['duplicate' => 3]]);
        $invoice = $this->buy()['invoice'];
        playmoney('POST', 'act/quoine/pay', ['invoice' => $invoice]);
        $report = playmoney('POST', 'clock/advance', ['until' => 'idle']);
        $confirmed = array_filter($report['deliveries'], fn ($it) => $it['event'] === 'payment_confirmed' && $it['status'] === 200);
        $this->assertCount(3, $confirmed);
        $this->assertOrder('paid', 1);
    }

    public function testACallbackThatComesLateChangesNothing(): void
    {
        $rule = ['on' => 'quoine:webhook', 'when' => ['event' => 'payment_detected'], 'then' => ['delay' => '3h']];
        playmoney('POST', 'rules', $rule);
        $invoice = $this->buy()['invoice'];
        playmoney('POST', 'act/quoine/pay', ['invoice' => $invoice]);
        $report = playmoney('POST', 'clock/advance', ['until' => 'idle']);
        $this->assertSame('payment_detected', end($report['deliveries'])['event']);
        $this->assertOrder('paid', 1);
    }

    public function testTheCustomerCanTryAgainWhenQuoineWasDown(): void
    {
        foreach ([['status' => 503], ['error' => 'internal_error'], ['connection_reset' => true]] as $fault) {
            $this->setUp();
            playmoney('POST', 'rules', ['on' => 'quoine.*', 'then' => $fault, 'when' => ['until' => '10m']]);
            $this->assertSame(503, $this->buy()['code']);
            playmoney('POST', 'clock/advance', ['by' => '10m']);
            $this->assertSame(201, $this->buy()['code']);
        }
    }

    public function testARotatedSecretLosesNoCallback(): void
    {
        $invoice = $this->buy()['invoice'];
        $secret = str_pad('rotated', 88, '-');
        playmoney('PATCH', 'accounts/quoine/2', ['credentials' => ['secret' => $secret]]);
        playmoney('POST', 'act/quoine/pay', ['invoice' => $invoice]);
        $deliveries = playmoney('GET', 'deliveries')['deliveries'];
        $this->assertSame(401, $deliveries[0]['attempts'][0]['status']);
        $this->assertSame(503, $this->buy('order-2')['code'], 'the old secret is refused');

        (new Shop(self::$database))->addSecret($secret);
        playmoney('POST', 'clock/advance', ['until' => 'idle']);
        $this->assertOrder('paid', 1);
        $this->assertSame(201, $this->buy('order-2')['code']);
    }

    private function buy(string $number = 'order-1'): array
    {
        return $this->ask('POST', $number, json_encode(['price' => '500.0']));
    }

    private function assertOrder(string $status, int $shipped): void
    {
        $order = $this->ask('GET', 'order-1');
        $this->assertSame([$status, $shipped], [$order['status'], $order['shipped']]);
    }

    private function ask(string $method, string $number, ?string $body = null): array
    {
        $http = ['method' => $method, 'content' => $body, 'header' => 'Content-Type: application/json', 'ignore_errors' => true];
        $answer = file_get_contents(self::$url . "/orders/$number", false, stream_context_create(['http' => $http]));

        return ['code' => (int) explode(' ', $http_response_header[0])[1]] + (json_decode($answer, true) ?? []);
    }
}
