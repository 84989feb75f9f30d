<?php

declare(strict_types=1);

require_once __DIR__ . '/Quoine.php';

/** Orders by their number: open, underpaid, expired or paid. They are kept in SQLite, because PHP forgets all else between requests. */
final class Shop
{
    private PDO $store;
    private Quoine $quoine;

    /** The address of Quoine and the keys come from the environment. */
    public function __construct(string $database)
    {
        $this->store = new PDO("sqlite:$database", null, null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
        $this->store->exec('CREATE TABLE IF NOT EXISTS orders (number TEXT PRIMARY KEY, status TEXT, invoice INTEGER, shipped INTEGER)');
        $this->store->exec('CREATE TABLE IF NOT EXISTS secrets (secret TEXT)');
        $this->quoine = new Quoine(getenv('QUOINE_BASE_URL'), getenv('QUOINE_USER_ID'));
    }

    /** The order, or null while Quoine is away. */
    public function sell(string $number, string $price): ?array
    {
        $invoice = $this->quoine->createInvoice($price, $number, $this->secrets()[0]);
        if ($invoice === null) {
            return null;
        }
        $this->store->prepare("INSERT INTO orders VALUES (?, 'open', ?, 0)")->execute([$number, $invoice['id']]);

        return $this->order($number);
    }

    public function order(string $number): ?array
    {
        $found = $this->store->prepare('SELECT * FROM orders WHERE number = ?');
        $found->execute([$number]);

        return $found->fetch(PDO::FETCH_ASSOC) ?: null;
    }

    /** Answers a callback with a status. A callback can come twice, and behind a later one: only an open order changes. */
    public function hear(string $path, array $headers, string $body): int
    {
        $signed = array_filter($this->secrets(), fn ($secret) => $this->quoine->accepts($path, $headers, $body, $secret));
        if (!$signed) {
            return 401;
        }
        $invoice = json_decode($body, true)['invoice'];
        if ($this->order($invoice['name']) === null) {
            // The callback was faster than the answer to the call: Quoine sends it again.
            return 503;
        }
        $status = match ($invoice['invoice_status']) {
            'payment_expired' => $invoice['btc_balance'] > 0 ? 'underpaid' : 'expired',
            'payment_confirmed' => 'paid',
            default => 'open',
        };
        $change = $this->store->prepare("UPDATE orders SET status = ?, shipped = shipped + ? WHERE number = ? AND status = 'open'");
        $change->execute([$status, $status === 'paid' ? 1 : 0, $invoice['name']]);

        return 200;
    }

    /** The newest signs requests. While a secret is replaced, callbacks can have the old one. */
    public function addSecret(string $secret): void
    {
        $this->store->prepare('INSERT INTO secrets VALUES (?)')->execute([$secret]);
    }

    private function secrets(): array
    {
        $added = $this->store->query('SELECT secret FROM secrets ORDER BY rowid DESC')->fetchAll(PDO::FETCH_COLUMN);

        return [...$added, getenv('QUOINE_SECRET')];
    }
}
