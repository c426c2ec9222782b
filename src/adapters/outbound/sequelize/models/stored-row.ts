import type { FindOptions, Model, ModelStatic } from 'sequelize';

/** A model that is used for its statements only: rows go in and out as plain objects. */
export type RowModel<Row extends object> = ModelStatic<Model<Row, Row>>;

export async function findRow<Row extends object>(
  model: RowModel<Row>,
  options: FindOptions<Row>,
): Promise<Row | null> {
  return (await model.findOne({ ...options, raw: true })) as unknown as Row | null;
}

export async function findRows<Row extends object>(model: RowModel<Row>, options: FindOptions<Row>): Promise<Row[]> {
  return (await model.findAll({ ...options, raw: true })) as unknown as Row[];
}
