import type { Request, Response } from 'express';
import { may, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { stillSeeing } from '../../contacts/pages/still-seeing.ts';
import { pieces } from '../../db/ids.ts';
import { findGroups } from '../../groups/group-store.ts';
import { STATE_LABELS } from '../../users/state-labels.ts';
import { findUserNames } from '../../users/user-store.ts';
import { sendCsv } from '../../web/files/csv.ts';
import { render } from '../../web/render.ts';
import { digestOf } from '../evidence.ts';
import { findQuestions } from '../question-store.ts';
import type { Review } from '../review.ts';
import { findStanding } from '../verdicts.ts';
import { ANSWER_WORDS, VERDICT_WORDS } from './review-words.ts';

const SHOWN = 500;
const AT_ONCE = 500;

type EvidenceRow = Awaited<ReturnType<typeof evidenceOf>>['rows'][number];

/** Who said what about whom, when, and on what facts. */
async function evidenceOf({ db, clock }: AppContext, viewer: Viewer, review: Review) {
  const questions = await findQuestions(db.read, review.id);
  const { reviewed } = await findStanding(db.read, review, instant(clock()));
  const names = await findUserNames(db.read, [...questions.map(({ reviewerId }) => reviewerId), review.createdBy]);
  const groupIds = [
    ...new Set(questions.flatMap(({ groupId, facts }) => [groupId ?? [], facts?.groupIds ?? []].flat())),
  ];
  // Names of groups are for who may read groups (R86).
  const readable = may(viewer, 'groups', 'read') ? await findGroups(db.read, groupIds) : [];
  const groups = new Map(readable.map(({ id, name }) => [id, name]));
  const groupName = (id: number) => groups.get(id) ?? `group ${id}`;
  const rows = reviewed.flatMap(({ user, questions: own, verdict }) =>
    own.map((one) => ({
      person: { id: user.id, name: user.name },
      reviewer: { id: one.reviewerId, name: names.get(one.reviewerId) ?? '' },
      isPassed: one.isPassed,
      answer: one.answer === '' ? 'nothing' : ANSWER_WORDS[one.answer],
      outOf: one.groupId === null ? '' : groupName(one.groupId),
      answeredAt: one.answeredAt,
      lastLoginAt: one.facts?.lastLoginAt ?? null,
      lastActivityAt: one.facts?.lastActivityAt ?? null,
      states: one.facts?.states.map((state) => STATE_LABELS[state]) ?? [],
      groups: one.facts?.groupIds.map(groupName) ?? [],
      verdict: VERDICT_WORDS[verdict].label,
      activity: user.activity,
    })),
  );
  return { rows, names, digest: digestOf(review, questions) };
}

export async function showEvidence(app: AppContext, req: Request, res: Response, review: Review): Promise<void> {
  const { rows, names, digest } = await evidenceOf(app, req.viewer!, review);
  const page = {
    title: `Evidence: ${review.question}`,
    review,
    names,
    rows: rows.slice(0, SHOWN),
    rest: Math.max(0, rows.length - SHOWN),
    isAsSealed: review.digest === digest,
  };
  render(req, res, 'reviews/evidence', page);
}

export async function sendEvidence(app: AppContext, req: Request, res: Response, review: Review): Promise<void> {
  const { rows } = await evidenceOf(app, req.viewer!, review);
  await sendCsv(app, req, res, {
    name: `review-${review.id}`,
    columns: [
      'person',
      'person id',
      'asked',
      'asked in the place of somebody',
      'answer',
      'out of',
      'answered at',
      'last login then',
      'last activity then',
      'states then',
      'groups then',
      'comes to',
      'activity now',
      'seal',
    ],
    rows: inPieces(rows, review.digest),
    look: stillSeeing(app, req),
  });
}

async function* inPieces(rows: EvidenceRow[], seal: string | null) {
  for (const some of pieces(rows, AT_ONCE))
    yield some.map((row) => [
      row.person.name,
      row.person.id,
      row.reviewer.name,
      row.isPassed ? 'yes' : 'no',
      row.answer,
      row.outOf,
      row.answeredAt,
      row.lastLoginAt,
      row.lastActivityAt,
      row.states.join('; '),
      row.groups.join('; '),
      row.verdict,
      row.activity,
      seal,
    ]);
}
