const { default: Sequencer } = require('@jest/test-sequencer');

/** The tests that take longest. They start first, so that nothing waits for them in the end. */
const SLOW = ['cfn-test', 'documents.test', 'local-aws', 'stock-runtime', 'test/official/', 'test/browser/'];

module.exports = class SlowFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const index = SLOW.findIndex((part) => path.includes(part));
      return index === -1 ? SLOW.length : index;
    };
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
};
