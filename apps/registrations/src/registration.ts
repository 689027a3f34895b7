import { IsString, Length } from 'class-validator';

/** Who wants to register: the body of the request and the payload of the job. */
export class Registration {
  @IsString()
  @Length(1, 50)
  username!: string;
}

/** What comes of it. */
export interface Registered {
  username: string;
  greeting: string;
}
