playmoney exec -- pytest
playmoney exec -- npx jest
playmoney exec -- vendor/bin/phpunit
playmoney exec -- cargo test
