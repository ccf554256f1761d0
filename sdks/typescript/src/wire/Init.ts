/** What a message is made from: any of its fields, the nested messages alike. A field that is left out has its default. */
export type Init<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer Element)[]
  ? readonly Init<Element>[]
  : T extends object
  ? { readonly [Name in keyof T]?: Init<T[Name]> | undefined }
  : T;
