import type { RequestInputOf, RequestOf, ResponseOf, RpcDefinition, z } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';

type Answer = (request: never) => unknown;

/** Stands in for `RpcClient`: what the test says, checked by the same schemas as on the wire. */
export class FakeRpc {
  readonly calls: { type: string; request: unknown }[] = [];
  private readonly answers = new Map<string, Answer>();

  on<Definition extends RpcDefinition>(
    definition: Definition,
    answer: (request: RequestOf<Definition>) => z.input<Definition['response']> | Promise<z.input<Definition['response']>>,
  ): void {
    this.answers.set(definition.type, answer as Answer);
  }

  fail(definition: RpcDefinition, error: AppError): void {
    this.answers.set(definition.type, () => {
      throw error;
    });
  }

  /** No service answers any more, and nothing has been asked. */
  reset(): void {
    this.answers.clear();
    this.calls.length = 0;
  }

  requests<Definition extends RpcDefinition>(definition: Definition): RequestOf<Definition>[] {
    return this.calls.filter(({ type }) => type === definition.type).map(({ request }) => request as RequestOf<Definition>);
  }

  async call<Definition extends RpcDefinition>(definition: Definition, request: RequestInputOf<Definition>): Promise<ResponseOf<Definition>> {
    const parsed = definition.request.parse(request);
    this.calls.push({ type: definition.type, request: parsed });
    const answer = this.answers.get(definition.type);
    if (!answer) {
      throw new AppError('SERVICE_UNAVAILABLE', `${definition.owner} is away`, { retryable: true, retryAfterMs: 1_000 });
    }
    return definition.response.parse(await answer(parsed as never)) as ResponseOf<Definition>;
  }
}
