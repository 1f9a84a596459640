// What a person might have: a program that gets certificates and sees which are about to expire.
// It knows the API alone; whom it talks to is for its caller to say, who hands the client over.
'use strict';

class Renewer {
  constructor(client, product) {
    this.client = client;
    this.product = product;
  }

  call(operation, parameters) {
    return this.client.request(operation, parameters, { method: 'POST' });
  }

  async apply(domain) {
    const applied = await this.call('CreateCertificateRequest', {
      ProductCode: this.product, Domain: domain, ValidateType: 'DNS',
      Username: 'Tom', Phone: '13900000000', Email: 'username@example.com',
    });
    return applied.OrderId;
  }

  // The certificate, once it is issued.
  async certificate(order, attempts = 10) {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const state = await this.call('DescribeCertificateState', { OrderId: order });
      if (state.Type === 'certificate') return state.Certificate;
    }
    throw new Error(`order ${order} takes too long`);
  }

  // The domains whose certificates are about to expire, or have expired.
  async due() {
    const domains = new Set();
    for (const status of ['WILLEXPIRED', 'EXPIRED']) {
      const listed = await this.call('ListUserCertificateOrder', {
        OrderType: 'CPACK', Status: status,
      });
      listed.CertificateOrderList.forEach((row) => domains.add(row.Domain));
    }
    return [...domains].sort();
  }
}

module.exports = { Renewer };
