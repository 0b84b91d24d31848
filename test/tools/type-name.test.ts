import { nameProblem, retarget, spellings } from '../../tools/package/type-name';

describe('a name of one’s own', () => {
  test.each(['Acme::DataExchange::Job', 'awsome::DataExchange::Job', 'Ab::c1::D2', 'Developers::A1::B2'])(
    '%s can be registered',
    (name) => {
      expect(nameProblem(name, 'make package TYPE_NAME=')).toBeUndefined();
    },
  );

  test.each([
    ['', /TYPE_NAME=Acme::DataExchange::Job/],
    ['AWS::DataExchange::Job', /reserves names that begin with AWS/],
    ['aws::DataExchange::Job', /begin with AWS/],
    ['aMzN::DataExchange::Job', /begin with AMZN/],
    ['Amazon::DataExchange::Job', /begin with Amazon/],
    ['alexa::DataExchange::Job', /begin with Alexa/],
    ['ask::DataExchange::Job', /begin with ASK/],
    ['Custom::DataExchange::Job', /begin with Custom/],
    ['DEV::DataExchange::Job', /begin with Dev/],
    ['Acme::Job', /three parts/],
    ['Acme::DataExchange::Job::MODULE', /three parts/],
    ['Acme:DataExchange:Job', /three parts/],
    ['A::DataExchange::Job', /"A" must be 2 to 64 letters and digits/],
    ['Acme::Data-Exchange::Job', /"Data-Exchange" must be/],
    ['Acme::Data Exchange::Job', /"Data Exchange" must be/],
    ['Acme::::Job', /"" must be/],
    ['../../etc::passwd::xx', /"..\/..\/etc" must be/],
    [`Acme::${'x'.repeat(65)}::Job`, /must be 2 to 64/],
  ])('%j is refused with the reason', (name, reason) => {
    expect(nameProblem(name, 'make package TYPE_NAME=')).toMatch(reason);
  });

  test('takes the place of the original in every spelling', () => {
    const name = 'Acme::DataExchange::Job';
    const text =
      'AWS::DataExchange::Job type/resource/AWS-DataExchange-Job/* aws-dataexchange-job.json aws:dataexchange';
    expect(retarget(text, name)).toBe(
      'Acme::DataExchange::Job type/resource/Acme-DataExchange-Job/* acme-dataexchange-job.json aws:dataexchange',
    );
    expect(spellings(name).slug).toBe('acme-dataexchange-job');
  });
});
