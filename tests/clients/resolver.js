// Stands in for a hosts entry: a connection of TLS to any host goes to ADDRESS, such as 127.0.0.1:4242. The name that is verified stays.
const tls = require('node:tls');

const [host, port] = process.env.ADDRESS.split(':');
const { connect } = tls;
tls.connect = (options, ...rest) => connect({ ...options, host, port: Number(port), lookup: undefined }, ...rest);
