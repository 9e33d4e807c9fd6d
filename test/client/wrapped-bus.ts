/** A bus around the memory bus: sees, changes, loses and invents what travels, as a broker might. */
import type { Bus, BusConnection } from '../../src/bus/contract.ts'

export interface Frame {
  readonly subject: string
  readonly from: string
  /** null: to all */
  readonly to: string | null
  readonly bytes: Uint8Array
}

export interface Wrapping {
  /** what is published instead; throws to refuse */
  readonly publish?: (frame: Frame) => readonly Uint8Array[]
  /** what a node hears instead */
  readonly deliver?: (to: string, subject: string, bytes: Uint8Array) => readonly Uint8Array[]
  readonly close?: () => Promise<void>
}

export function wrapBus(bus: Bus, { publish = ({ bytes }) => [bytes], deliver = (_, __, bytes) => [bytes], close }: Wrapping): Bus {
  return {
    connect: async (self): Promise<BusConnection> => {
      const connection = await bus.connect(self)
      return {
        publish: (subject, to, bytes) => {
          for (const instead of publish({ subject, from: self, to, bytes })) connection.publish(subject, to, instead)
        },
        subscribe: (subject, handler) =>
          connection.subscribe(subject, (bytes) => {
            for (const instead of deliver(self, subject, bytes)) handler(instead)
          }),
        close: close ?? (() => connection.close()),
      }
    },
    close: () => bus.close(),
  }
}
