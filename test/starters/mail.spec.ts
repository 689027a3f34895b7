import { Test } from '@nestjs/testing';
import { RepidTestingModule, drain } from '@repid/nestjs/testing';
import { Mail } from './mail.js';

describe('Mail', () => {
  it('sends, then remembers', async () => {
    const module = Test.createTestingModule({ imports: [RepidTestingModule.forRoot()], providers: [Mail] });
    const app = (await module.compile()).createNestApplication();
    await app.init();
    const mail = app.get(Mail);

    const job = await mail.welcome('alex@example.org');
    expect(mail.log).toEqual([]);
    await drain(app);

    expect(mail.log).toEqual(['sent to alex@example.org', 'remembered alex@example.org']);
    expect(await job.result()).toMatchObject({ success: true, data: 'Welcome, alex@example.org!' });
    await app.close();
  });

  it('does not send what is no address', async () => {
    const module = Test.createTestingModule({ imports: [RepidTestingModule.forRoot()], providers: [Mail] });
    const app = (await module.compile()).createNestApplication();
    await app.init();

    const job = await app.get(Mail).welcome('nobody');
    await drain(app);

    expect(app.get(Mail).log).toEqual([]);
    expect(await job.result()).toMatchObject({ success: false, skipped: true });
    await app.close();
  });
});
