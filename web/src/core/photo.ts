// A photo is made smaller before it is sent (long side 1600 px, JPEG), which also leaves its EXIF behind, and gets its
// digest on the spot: what arrives on the platform must be this very picture.
export const SIDE_PX_MAX = 1600

export interface Photo {
  blob: Blob
  name: string
  bytes_before: number
  sha256?: string
}

export async function shrink(file: File): Promise<Blob> {
  try {
    const picture = await createImageBitmap(file)
    const scale = Math.min(1, SIDE_PX_MAX / Math.max(picture.width, picture.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(picture.width * scale)
    canvas.height = Math.round(picture.height * scale)
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
    picture.close()
    return await new Promise((done) => canvas.toBlob((blob) => done(blob ?? file), 'image/jpeg', 0.82))
  } catch {
    return file
  }
}

/** SHA-256 in hexadecimal; none where the browser keeps its digest from pages without HTTPS. */
export async function digest(blob: Blob): Promise<string | undefined> {
  if (!globalThis.crypto?.subtle) return undefined
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Ready to be kept and sent. Only what was drawn anew here is known to arrive unchanged: the platform takes EXIF out of the rest. */
export async function prepared(file: File): Promise<Photo> {
  const blob = await shrink(file)
  const photo: Photo = { blob, name: file.name, bytes_before: file.size }
  return blob === file ? photo : { ...photo, sha256: await digest(blob) }
}

export function size(bytes: number): string {
  return bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1000))} kB`
}
