import type { Knex } from 'knex';

/** Whether people are still needed: who is asked about whom, until when, and what they say. */
export async function up(knex: Knex): Promise<void> {
  await knex.schema.createTable('reviews', (table) => {
    table.increments('id');
    table.text('question').notNullable();
    table.text('view').notNullable();
    table.text('asks').notNullable();
    table.text('named').notNullable();
    table.text('silence').notNullable();
    table.integer('silence_days').notNullable();
    table.integer('created_by').references('users.id');
    table.text('created_at').notNullable();
    table.text('due_at').notNullable();
    // When the next one begins by itself; empty where none does.
    table.text('next_at');
    table.text('closed_at');
    table.text('digest').notNullable().defaultTo('');
    table.integer('operation_id');
    table.index(['next_at'], 'reviews_by_next');
  });
  await knex.schema.createTable('review_reviewers', (table) => {
    table.integer('review_id').notNullable().references('reviews.id');
    table.integer('user_id').notNullable().references('users.id');
    table.text('asked_at').notNullable();
    table.integer('mail_id');
    table.text('told_at');
    table.integer('reminders').notNullable().defaultTo(0);
    table.text('reminded_at').notNullable();
    table.primary(['review_id', 'user_id']);
    table.index(['user_id'], 'review_reviewers_by_user');
  });
  await knex.schema.createTable('review_questions', (table) => {
    table.integer('review_id').notNullable().references('reviews.id');
    table.integer('user_id').notNullable().references('users.id');
    table.integer('reviewer_id').notNullable().references('users.id');
    table.text('group_ids').notNullable();
    table.boolean('is_passed').notNullable().defaultTo(false);
    table.text('answer').notNullable().defaultTo('');
    table.integer('group_id');
    table.text('answered_at');
    table.text('facts').notNullable().defaultTo('{}');
    table.primary(['review_id', 'user_id', 'reviewer_id']);
    table.index(['reviewer_id', 'answer'], 'review_questions_by_reviewer');
    table.index(['user_id', 'answer'], 'review_questions_by_user');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('review_questions');
  await knex.schema.dropTable('review_reviewers');
  await knex.schema.dropTable('reviews');
}
