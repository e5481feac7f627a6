/** Query of every list. */
export interface PageQuery {
  readonly page: number;
  readonly per_page: number;
  readonly limit?: number | undefined;
}

/** Which rows a query asks for; `limit` alone is a first page of that length. */
export function pageOf({ page, per_page, limit }: PageQuery): { page: number; perPage: number; offset: number } {
  const perPage = limit ?? per_page;
  return { page, perPage, offset: (page - 1) * perPage };
}
