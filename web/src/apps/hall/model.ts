import type { Shape } from '../../core/shapes'

export type { CaseOnScreen as CaseRow, JobOnScreen } from '../../live/screen'
export type ClockView = Shape<'ClockView'>
export type CaseFile = Shape<'CaseFile'>
export type UnitView = Shape<'UnitView'>
export type Parts = Shape<'Parts'>
export type Ranked = Shape<'Ranked'>
export type Rejected = Shape<'Rejected'>
export type History = Shape<'History'>
export type Candidates = Shape<'Candidates'>
export type DocumentView = Shape<'DocumentView'>
export type Place = Shape<'PlaceView'>
export type Diagram = Shape<'Diagram'>
export type Reading = Shape<'Reading'>
export type Claim = Shape<'Claim'>
export type Sheet = Shape<'JobSheet'>
export type ReportItem = Shape<'ReportItem'>
