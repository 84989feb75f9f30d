# Developer API, Integration Examples, Python: as the page prints it. The tests put their own host and token in.
import requests

class PayoutsAPI:
    def __init__(self, api_token, base_url='https://payouts-dev.quantumlabs.ru/api/v1/'):
        self.api_token = api_token
        self.base_url = base_url
        self.headers = {
            'Content-Type': 'application/json; charset=UTF-8',
            'Accept': 'application/json; version=1.0',
            'Authorization': f'Bearer {api_token}'
        }

    def create_payout(self, order_number, amount, return_url, description=None, payout_type='card'):
        data = {
            'orderNumber': order_number,
            'amount': amount,
            'urls': {'returnUrl': return_url},
            'type': payout_type
        }
        if description:
            data['description'] = description

        response = requests.post(f'{self.base_url}/createPayout', json=data, headers=self.headers)
        return response.json()

    def get_payout_status(self, order_number):
        response = requests.post(
            f'{self.base_url}/getPayoutStatus',
            json={'orderNumber': order_number},
            headers=self.headers
        )
        return response.json()

# Usage
api = PayoutsAPI('your_token_here')
result = api.create_payout('ORDER_001', 100000, 'https://example.com/success')
print(result)
