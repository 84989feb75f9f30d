// A client with the provider's own address in it.
const form = new URLSearchParams({ 'api-key': 'qp_test_key', function: 'get-balances' });

fetch('https://cloud.quantapay.app/api.php', { method: 'POST', body: form }).then(async (answer) => {
  console.log(JSON.stringify({ status: answer.status, body: await answer.json() }));
});
