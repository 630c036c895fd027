import type { Shape } from '../../core/shapes'

export type Line = Shape<'Line'>
export type Unit = Line['unit']
export type Quantity = Shape<'Quantity'>
export type KindDemand = Shape<'KindDemand'>
export type CrewJob = Shape<'CrewJob'>
export type Sheet = Shape<'JobSheet'>
export type UnitView = Shape<'UnitView'>
export type Place = Shape<'PlaceView'>
/** What the work on the screen needs to know of a measure, be it the platform's or one that still waits here. */
export type Measure = Pick<Shape<'MeasureTold'>, 'line_id' | 'container_id' | 'version' | 'kind' | 'quantity' | 'tare_g' | 'gross_g'>
