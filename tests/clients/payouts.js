// Developer API, Integration Examples, JavaScript/Node.js: as the page prints it. The tests put their own host and
// token in.
const axios = require('axios');

class PayoutsAPI {
  constructor(apiToken, baseUrl = 'https://payouts-dev.quantumlabs.ru/api/v1') {
    this.apiToken = apiToken;
    this.baseUrl = baseUrl;
    this.headers = {
      'Content-Type': 'application/json; charset=UTF-8',
      'Accept': 'application/json; version=1.0',
      'Authorization': `Bearer ${apiToken}`
    };
  }

  async createPayout(orderNumber, amount, returnUrl, description = null, type = 'card') {
    const data = { orderNumber, amount, urls: { returnUrl }, type };
    if (description) data.description = description;
    try {
      const response = await axios.post(`${this.baseUrl}/createPayout`, data, { headers: this.headers });
      return response.data;
    } catch (error) {
      throw new Error(`API Error: ${error.response?.data || error.message}`);
    }
  }
}

// Usage
const api = new PayoutsAPI('your_token_here');
api.createPayout('ORDER_001', 100000, 'https://example.com/success')
  .then(result => console.log(result))
  .catch(error => console.error(error));
