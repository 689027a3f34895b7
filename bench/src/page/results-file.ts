/** What is read of a results file. */
export interface ResultsFile {
  readonly date: string;
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly node: string;
  readonly redis: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly runs: number;
  readonly figures: readonly ResultsFigure[];
  readonly targets: readonly { readonly target: string; readonly reached?: number; readonly verdict: string }[];
}

export interface ResultsFigure {
  readonly part: string;
  readonly scenario: string;
  readonly subject: string;
  readonly variant: string;
  readonly unit: string;
  readonly median: number;
  readonly samples: readonly { readonly cpu?: { readonly process: number; readonly redis: number } }[];
}
