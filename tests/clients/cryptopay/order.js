// API overview, JavaScript Example: as the page prints it. The tests put their own host in front of the path, the test
// key in, and print what is answered.

// Using fetch() - available in modern browsers and Node.js 18+
const response = await fetch('/api/payment-orders/', {
  method: 'POST',
  headers: {
    'Authorization': 'Bearer your-api-key',
    'Content-Type': 'application/json'
  },
  body: JSON.stringify({
    amount: '100.00',
    currency: 'USDC',
    blockchain: 'base',
    order_info: JSON.stringify({
      product: 'Premium Plan'
    }),
    nonce: Date.now() + Math.floor(Math.random() * 1000000)
  })
});

const order = await response.json();
